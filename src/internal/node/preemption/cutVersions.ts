/**
 * The versions of Node.js on which workers are cut in place: for each major version the first and the last minor one.
 *
 * V8 and Node.js allow a cut, but promise nothing. So a range is added here when the kinds of `test/soak/endless.test.ts` have passed on
 * its first and its last version, with at least twenty tasks of each. On other versions, the stack of a stuck worker is read, and the
 * worker is ended and replaced.
 */
const tried: { readonly [major: number]: readonly [first: number, last: number] } = {
  22: [19, 23],
  24: [0, 21],
  26: [0, 10]
}

/** Whether workers are cut in place on a version of Node.js, such as `"24.21.0"`. */
export const cutsOn = (version: string): boolean => {
  const [major, minor] = version.split(".").map(Number)
  const range = tried[major!]
  return range !== undefined && minor! >= range[0] && minor! <= range[1]
}
