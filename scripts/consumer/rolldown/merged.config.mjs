export default {
  input: "src/main.ts",
  platform: "node",
  external: /^effect(-futures)?(\/|$)/,
  output: { dir: "dist" }
}
