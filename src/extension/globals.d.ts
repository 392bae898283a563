/** What Node and a web worker both have, and this room uses; anything else of either is an error to the type-check. */
declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array };
