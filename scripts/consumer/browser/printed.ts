// The same where there is no page: its title is printed.
Object.assign(globalThis, {
  document: {
    set title(text: string) {
      console.log(text)
    }
  }
})
await import("./page.ts")

export {}
