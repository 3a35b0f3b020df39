export default {
  // "external" is needed only where "noExternal" is there.
  ssr: { noExternal: true, external: ["effect", "effect-futures"] },
  build: { ssr: true, rolldownOptions: { input: ["src/main.ts", "src/tasks.ts"] } }
}
