/**
 * What the browser keeps of the studio: pictures by their digest, results, and what was last set. Where it may keep nothing
 * (a private window, a full disk), everything works for as long as the page is open.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { SettingsInput } from "pastiche/web";

/** A mask without its file, which is among the pictures. */
export interface KeptMask {
  readonly digest: string;
  readonly used: readonly number[];
}

export interface KeptPicture {
  readonly digest: string;
  readonly name: string;
  readonly file: Blob;
}

/** Pictures by digest, and settings: a project as it is written down. */
export interface KeptProject {
  readonly photo: string | undefined;
  readonly paintings: readonly string[];
  readonly mask?: KeptMask | undefined;
  readonly settings: SettingsInput;
  readonly print?: number | undefined;
}

/** After which step of how many a job was stopped. */
export interface Stopped {
  readonly step: number;
  readonly steps: number;
}

export interface KeptResult extends KeptProject {
  readonly id: number;
  readonly name: string;
  readonly stopped?: Stopped | undefined;
  /** A PNG that says how it was made. */
  readonly file: Blob;
}

/** What was before what is set, and after it where it was undone. */
export interface KeptHistory {
  readonly before: readonly KeptProject[];
  readonly after: readonly KeptProject[];
}

/** A moment of the film; its file is kept apart. */
export interface KeptFrame {
  readonly id: string;
  readonly step: number;
  readonly width: number;
  readonly height: number;
  /** The job of this computer that has its state, and the step there. */
  readonly state?: { readonly job: string; readonly step: number } | undefined;
}

/** The job that was in view last, with its film. */
export interface KeptCourse {
  readonly project: KeptProject;
  readonly frames: readonly KeptFrame[];
  readonly every: number;
  readonly before: number;
  /** The result that it ended as. */
  readonly result?: number | undefined;
  /** Where it has not ended: its job on this computer, and the text of a PNG of its last frame. */
  readonly job?: string | undefined;
  readonly text?: Readonly<Record<string, string>> | undefined;
}

interface Schema extends DBSchema {
  pictures: { key: string; value: KeptPicture };
  results: { key: number; value: KeptResult };
  frames: { key: string; value: Blob };
  session: { key: string; value: KeptProject | KeptHistory | KeptCourse };
}

let opening: Promise<IDBPDatabase<Schema> | undefined> | undefined;

function database(): Promise<IDBPDatabase<Schema> | undefined> {
  opening ??= opened().catch(() => undefined);
  return opening;
}

/** Rejects where nothing may be kept, however the browser says so. */
async function opened(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>("pastiche-studio", 2, {
    upgrade(db, version) {
      if (version < 1) {
        db.createObjectStore("pictures", { keyPath: "digest" });
        db.createObjectStore("results", { keyPath: "id" });
        db.createObjectStore("session");
      }
      db.createObjectStore("frames");
    },
    // A page with a newer studio waits for it.
    blocking: (_, __, { target }) => (target as IDBDatabase).close(),
  });
}

/** Runs `use`; what cannot be kept is no reason to stop. */
async function attempt<T>(use: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
  const db = await database();
  return db && use(db).catch(() => undefined);
}

export const keepPicture = (picture: KeptPicture) => attempt((db) => db.put("pictures", picture));
export const keptPicture = (digest: string) => attempt((db) => db.get("pictures", digest));
export const keepResult = (result: KeptResult) => attempt((db) => db.put("results", result));
export const keptResults = async () => (await attempt((db) => db.getAll("results"))) ?? [];
export const forgetResult = (id: number) => attempt((db) => db.delete("results", id));
export const keepProject = (project: KeptProject) => attempt((db) => db.put("session", project, "project"));
export const keptProject = () => attempt((db) => db.get("session", "project") as Promise<KeptProject | undefined>);
export const keepHistory = (history: KeptHistory) => attempt((db) => db.put("session", history, "history"));
export const keptHistory = () => attempt((db) => db.get("session", "history") as Promise<KeptHistory | undefined>);

/** Keeps a course with the files of its frames, which are written once, and forgets those of others. */
export function keepCourse(course: KeptCourse, files: ReadonlyMap<string, Blob>): Promise<unknown> {
  return attempt(async (db) => {
    const all = db.transaction(["session", "frames"], "readwrite");
    const frames = all.objectStore("frames");
    const there = new Set(await frames.getAllKeys());
    const gone = [...there].filter((id) => !files.has(id));
    const added = [...files].filter(([id]) => !there.has(id));
    await Promise.all([
      all.objectStore("session").put(course, "course"),
      ...gone.map((id) => frames.delete(id)),
      ...added.map(([id, file]) => frames.put(file, id)),
      all.done,
    ]);
  });
}

export const keptCourse = () => attempt((db) => db.get("session", "course") as Promise<KeptCourse | undefined>);
export const keptFrame = (id: string) => attempt((db) => db.get("frames", id));
