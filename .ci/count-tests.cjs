// Prints "N passed, N failed", summed over the reports of Vitest's json reporter whose files are the arguments.
const fs = require("node:fs")

const count = (file) => {
  // A run that has left no report has no tests that could fail, so it counts as one.
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(fs.readFileSync(file, "utf8"))
  // And so does a file that cannot be loaded.
  const unloaded = report.testResults.filter(
    (result) => result.status === "failed" && !result.assertionResults.some((test) => test.status === "failed")
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length }
}

const counts = process.argv.slice(2).map(count)
const sum = (key) => counts.reduce((total, each) => total + each[key], 0)
console.log(`${sum("passed")} passed, ${sum("failed")} failed`)
