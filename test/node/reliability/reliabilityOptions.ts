/** Another number than 1 gives other storms. */
export const seed = Number(process.env["EFFECT_FUTURES_SEED"] ?? 1)

/** To start processes takes time: what is done as often with them as with threads, is so only if it is asked for. */
export const isThorough = process.env["EFFECT_FUTURES_THOROUGH"] === "1"
