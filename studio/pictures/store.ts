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
}

export interface KeptResult extends KeptProject {
  readonly id: number;
  readonly name: string;
  /** A PNG that says how it was made. */
  readonly file: Blob;
}

interface Schema extends DBSchema {
  pictures: { key: string; value: KeptPicture };
  results: { key: number; value: KeptResult };
  session: { key: "project"; value: KeptProject };
}

let opening: Promise<IDBPDatabase<Schema> | undefined> | undefined;

function database(): Promise<IDBPDatabase<Schema> | undefined> {
  opening ??= opened().catch(() => undefined);
  return opening;
}

/** Rejects where nothing may be kept, however the browser says so. */
async function opened(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>("pastiche-studio", 1, {
    upgrade(db) {
      db.createObjectStore("pictures", { keyPath: "digest" });
      db.createObjectStore("results", { keyPath: "id" });
      db.createObjectStore("session");
    },
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
export const keptProject = () => attempt((db) => db.get("session", "project"));
