// What went wrong, as a sentence for a person: `ENOENT` is one for programmers.
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseInUse } from '../database/service-lock.js';

/** @param file which one was at work, where the error does not say it */
export function sentenceOf(error: unknown, file?: string): string {
  // What it says itself is for whoever starts a service.
  if (error instanceof DatabaseInUse && error.by === 'service')
    return `A service is using ${error.database}. Stop it, and run this again.`;
  // By its shape and not its class: it may come from another realm (a vm context of a test runner).
  const { message = String(error), code, syscall, path = file } = error as Partial<NodeJS.ErrnoException>;
  if (code === 'ENOSPC') return 'The disk is full.';
  if (path === undefined || syscall === undefined) return message;
  return (isReading(syscall) ? notRead(path, code) : notWritten(dirname(path), code)) ?? message;
}

const isReading = (syscall: string): boolean =>
  ['open', 'read', 'stat', 'lstat', 'scandir'].includes(syscall);

function notRead(path: string, code: string | undefined): string | undefined {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no file ${path}.`;
  if (code === 'EISDIR') return `${path} is a folder, and no file.`;
  return isForbidden(code) ? `${path} cannot be read: you are not allowed to.` : undefined;
}

function notWritten(folder: string, code: string | undefined): string | undefined {
  if (code === 'ENOTDIR' || (code === 'ENOENT' && !existsSync(folder)))
    return `There is no folder ${folder}.`;
  if (code === 'ENOENT' || code === 'EROFS') return `Nothing can be written in the folder ${folder}.`;
  return isForbidden(code) ? `You are not allowed to write in the folder ${folder}.` : undefined;
}

const isForbidden = (code: string | undefined): boolean => code === 'EACCES' || code === 'EPERM';

/** What is in a file. @throws Error that names it, also when it is a folder */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(sentenceOf(error, file), { cause: error });
  }
}
