import { statfs } from 'node:fs/promises';

/** Room on the file system that holds a folder, bytes; null where it can't be told. */
export async function diskRoom(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
