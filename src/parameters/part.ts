/** Parts that are chosen by name, such as optimisers: each with a sentence and parameters of its own. */
import type { Parameters, ValuesOf } from "./parameter.ts";

/** A part: a sentence for lists, its parameters, and how it is made with values for them. */
export interface Part<P extends Parameters, Made> {
  readonly summary: string;
  readonly parameters: P;
  make(values: ValuesOf<P>): Made;
}

/** A part, the types of its parameters inferred. */
export function part<P extends Parameters, Made>(
  summary: string,
  parameters: P,
  make: (values: ValuesOf<P>) => Made,
): Part<P, Made> {
  return { summary, parameters, make };
}

/** The names of a folder's members, for closed choices: its export list is the registry. */
export function namesOf<Folder extends object>(folder: Folder): [keyof Folder & string, ...(keyof Folder & string)[]] {
  return Object.keys(folder) as [keyof Folder & string, ...(keyof Folder & string)[]];
}
