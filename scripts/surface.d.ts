import { type PublicSurface } from "../lib/core/public-surface";

/** Where the table is. */
export const surfaceFile: string;

/** The public surface as the sources say it. */
export function surfaceOf(): PublicSurface;
