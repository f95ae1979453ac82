/** Objects that a rule accepts, and objects that it denies, by description. */
export interface Cases<T> {
  readonly pass: { readonly [description: string]: T };
  readonly deny: { readonly [description: string]: T };
}
