export default {
  ssr: { noExternal: true },
  build: { ssr: true, rolldownOptions: { input: ["src/main.ts", "src/tasks.ts"] } }
}
