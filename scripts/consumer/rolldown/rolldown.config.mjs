export default {
  input: ["src/main.ts", "src/tasks.ts"],
  platform: "node",
  external: /^effect(-futures)?(\/|$)/,
  output: { dir: "dist" }
}
