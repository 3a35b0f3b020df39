export declare const checkUrl: (url: unknown) => void
/** The names of the functions in the record. */
export declare const checkedNames: (fns: unknown) => ReadonlyArray<string>
export declare const checkedFunction: (option: string, value: unknown) => Function
export declare const checkLayer: (layer: unknown) => void
export declare const checkSchema: (option: string, value: unknown) => void
export declare const checkArgs: (args: unknown) => void
