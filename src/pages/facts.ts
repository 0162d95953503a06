/** What the pages show, as plain data. */

/** A picture that is part of the page. */
export interface PagePicture {
  /** `data:image/...;base64,...` */
  readonly src: string;
  readonly width: number;
  readonly height: number;
}

/** A picture that went in: its role (`photo`, `painting`) and its file's name. */
export interface Input {
  readonly role: string;
  readonly name: string;
  readonly picture: PagePicture;
}

export interface Snapshot {
  readonly step: number;
  readonly picture: PagePicture;
}

/** A name and its value, for people. */
export type Fact = readonly [name: string, value: string];

/** A job's losses by step. */
export interface Curves {
  /** Ascending. */
  readonly steps: readonly number[];
  /** By the term's name, its share of the loss at each of these steps. */
  readonly terms: Readonly<Record<string, readonly number[]>>;
  /** There is a point for one of every so many steps. */
  readonly every: number;
}

/** A level: steps `from` (excluded) to `to`, and its label. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** What every page has. */
export interface Page {
  readonly title: string;
  /** A line below the title. */
  readonly about: string;
  /** What is wrong with it, if the job was stopped or failed. */
  readonly warning?: string | undefined;
  readonly inputs: readonly Input[];
  /** The last line: what made the page. */
  readonly made: string;
  /** Identifies what the page is about; `readReport` compares it. */
  readonly key: string;
}

/** The page about one job. */
export interface Report extends Page {
  /** What the result is compared with; a texture has no such picture. */
  readonly before?: Input | undefined;
  readonly result: PagePicture;
  readonly snapshots: readonly Snapshot[];
  readonly facts: readonly Fact[];
  readonly curves: Curves;
  readonly bands: readonly Band[];
  readonly command: string;
  readonly settings: readonly Fact[];
}

/** The page about a grid of jobs. */
export interface GridReport extends Page {
  readonly tables: readonly GridTable[];
  /** Width over height of a cell without a picture. */
  readonly ratio: number;
}

export interface GridTable {
  readonly caption?: string | undefined;
  /** What is varied, and the value. */
  readonly columns: readonly Fact[];
  readonly rows: readonly { readonly label?: Fact | undefined; readonly cells: readonly GridCell[] }[];
}

export interface GridCell {
  /** For people: `alpha 0.1, style-scale 2`. */
  readonly name: string;
  /** Large, and small for the table; undefined for one that failed or was not run. */
  readonly picture?: PagePicture | undefined;
  readonly thumbnail?: PagePicture | undefined;
  /** Why there is no picture. */
  readonly error?: string | undefined;
  /** The file of the single picture, beside the page. */
  readonly file: string;
  /** Index of the input that it is compared with. */
  readonly before: number;
  readonly facts: readonly Fact[];
  readonly curves: Curves;
  readonly bands: readonly Band[];
  readonly command: string;
}
