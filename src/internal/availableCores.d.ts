/** How many cores this process may use; 4 where the platform does not tell. */
export declare const availableCores: () => number
