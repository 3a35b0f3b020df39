import config from "./vitest.config.ts"

// What takes minutes, with the same settings as the other tests.
export default {
  ...config,
  test: { ...config.test, include: ["test/soak/**/*.test.ts"], exclude: [], testTimeout: 1_200_000 }
}
