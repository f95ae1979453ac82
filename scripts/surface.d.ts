import { type PublicSurface } from "../lib/core/public-surface";

/** The path of the table. */
export const surfaceFile: string;

/** Reads the public surface from the sources. */
export function surfaceOf(): PublicSurface;
