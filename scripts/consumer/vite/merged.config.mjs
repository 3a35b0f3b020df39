export default { build: { ssr: "src/main.ts" } }
