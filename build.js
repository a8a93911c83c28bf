// Builds dist/ anew from src/. Without the compiler (`npm ci --omit=dev`) what was built stays, and that is an error,
// unless `--or-keep` says that it will do.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';

const compiler = compilerPath();
if (compiler !== undefined) {
  rmSync('dist', { recursive: true, force: true });
  try {
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  } catch {
    // It has said why.
    process.exitCode = 1;
  }
} else if (!process.argv.includes('--or-keep') || !existsSync('dist/main.js')) {
  console.error('The build needs the development dependencies: run `npm ci` without --omit=dev.');
  process.exitCode = 1;
}

/** Of a compiler that has what it needs: it may be there on its own, brought by a dependency. */
function compilerPath() {
  const { resolve } = createRequire(import.meta.url);
  try {
    resolve('@types/node/package.json');
    return resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}
