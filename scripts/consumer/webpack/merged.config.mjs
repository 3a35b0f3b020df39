export default {
  mode: "production",
  target: "node",
  entry: { main: "./src/main.js" },
  externals: [/^effect(-futures)?(\/|$)/],
  externalsType: "module",
  experiments: { outputModule: true },
  output: { module: true, filename: "[name].mjs" },
  module: { parser: { javascript: { importMeta: false } } }
}
