// Runtimes without a page print what would be its title.
Object.assign(globalThis, {
  document: {
    set title(text: string) {
      console.log(text)
    }
  }
})
await import("./page.ts")

export {}
