/** What may travel in a payload: plain JSON, no class, no secret. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
