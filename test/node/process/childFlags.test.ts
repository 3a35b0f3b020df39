import { assert, describe, it } from "vitest"
import { childEnv, childFlags } from "../../../src/internal/node/process/childFlags.ts"

describe("the flags of a worker process", () => {
  it("are its parent's", () => {
    const flags = ["--conditions=source", "--conditions", "other", "--expose-gc", "--import", "tsx", "-r", "./a.cjs"]
    assert.deepStrictEqual(childFlags(flags), flags)
  })

  it.each([
    [["--inspect"]],
    [["--inspect=127.0.0.1:9229"]],
    [["--inspect-brk=0"]],
    [["--inspect-port", "9230"]],
    [["-e", "--expose-gc"]],
    [["--eval", "code", "--input-type=module"]],
    [["-p", "1"]],
    [["--watch", "--watch-path", "src"]],
    [["--test", "--test-name-pattern", "x", "--test-only"]],
    [["--cpu-prof-name", "x.cpuprofile"]],
    [["--heap-prof-name=x.heapprofile"]],
    [["--test-shard", "1/2", "--test-timeout", "5"]],
    [["--inspect_port", "9230", "--input_type=module"]],
    [["--check"]]
  ])("have none of what makes something else of a process: %j", (flags) => {
    assert.deepStrictEqual(childFlags(["--expose-gc", ...flags, "--no-warnings"]), ["--expose-gc", "--no-warnings"])
  })

  it("open no inspector by the environment either, which stays as it was otherwise", () => {
    const env = { NODE_OPTIONS: "--no-warnings --inspect=9229 --max-old-space-size=99", A: "b" }
    assert.deepStrictEqual(childEnv(env), { NODE_OPTIONS: "--no-warnings  --max-old-space-size=99", A: "b" })
    const other = { NODE_OPTIONS: "--no-warnings" }
    assert.strictEqual(childEnv(other), other)
  })
})
