import config from "./vitest.config.ts"

// What takes minutes, with the same settings as the other tests.
const { projects: _, ...settings } = config.test!
export default {
  ...config,
  test: { ...settings, include: ["test/soak/**/*.test.ts"], testTimeout: 1_200_000 }
}
