// The package has types for its CommonJS file only.
declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { Endpoint } from "comlink"
  const nodeEndpoint: (end: object) => Endpoint
  export default nodeEndpoint
}
