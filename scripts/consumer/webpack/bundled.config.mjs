export default {
  mode: "production",
  target: "node",
  entry: { main: "./src/main.js" },
  experiments: { outputModule: true },
  output: { module: true, filename: "[name].mjs" }
}
