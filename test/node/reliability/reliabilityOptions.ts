/** Another number than 1 gives other storms. */
export const seed = Number(process.env["EFFECT_FUTURES_SEED"] ?? 1)
