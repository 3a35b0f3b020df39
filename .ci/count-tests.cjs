// Prints "N passed, N failed" from the report of Vitest's json reporter; zeros if there is none.
const fs = require("node:fs")

const file = process.argv[2]
const report = fs.existsSync(file)
  ? JSON.parse(fs.readFileSync(file, "utf8"))
  : { numPassedTests: 0, numFailedTests: 0, testResults: [] }

// A file that cannot be loaded has no tests that could fail, so it counts as one.
const unloaded = report.testResults.filter(
  (result) => result.status === "failed" && !result.assertionResults.some((test) => test.status === "failed")
)
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + unloaded.length} failed`)
