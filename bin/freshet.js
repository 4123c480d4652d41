#!/usr/bin/env node
import { join } from 'node:path'
import { newEnough, nodePath, restartWithOptions, root, run, v8Options } from './node.js'

const main = join(root, 'src', 'cli', 'main.ts')
if (newEnough) {
  // Only the proxy itself runs for long.
  if (process.argv[2] === 'serve') restartWithOptions()
  await import(main)
} else {
  process.exit(await run(nodePath(), [...v8Options, main, ...process.argv.slice(2)], { cwd: process.cwd() }))
}
