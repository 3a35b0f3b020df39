const { pathToFileURL } = require("node:url")
const { Task } = require("effect-futures")

exports.Sums = Task.module(pathToFileURL(__filename).href, {
  add: (a, b) => a + b
})
