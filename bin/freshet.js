#!/usr/bin/env node
import { join } from 'node:path'
import { newEnough, nodePath, root, run } from './node.js'

const main = join(root, 'src', 'cli', 'main.ts')
if (newEnough) {
  await import(main)
} else {
  process.exit(await run(nodePath(), [main, ...process.argv.slice(2)], { cwd: process.cwd() }))
}
