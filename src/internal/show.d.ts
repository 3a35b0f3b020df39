/** Renders a value for an error message: one line, with its type visible, and never throwing. */
export declare const show: (value: unknown) => string
