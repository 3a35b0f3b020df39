export default {
  mode: "production",
  target: "node",
  entry: {
    tasks: "./src/tasks.js",
    main: { import: "./src/main.js", dependOn: "tasks" }
  },
  externals: [/^effect(-futures)?(\/|$)/],
  externalsType: "module",
  experiments: { outputModule: true },
  output: { module: true, filename: "[name].mjs", library: { type: "module" } },
  // The URL would be the path of the file on the machine that webpack runs on.
  module: { parser: { javascript: { importMeta: false } } }
}
