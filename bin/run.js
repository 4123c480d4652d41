// The development commands (npm test, npm run check, npm run bench), each with the Node the project brings.
import { join } from 'node:path'
import { nodePath, root, run } from './node.js'

const [command, ...args] = process.argv.slice(2)
const node = nodePath()
const tool = (path, ...rest) => run(node, [join(root, 'node_modules', path), ...rest])

async function inTurn(...steps) {
  for (const step of steps) {
    const code = await step()
    if (code !== 0) return code
  }
  return 0
}

const vitest = (...rest) => tool('vitest/vitest.mjs', 'run', ...rest)
const tsc = () => tool('typescript/bin/tsc', '-p', '.')
const biome = (...rest) => tool('@biomejs/biome/bin/biome', ...rest)

const commands = {
  vitest: () => vitest(...args),
  check: () =>
    inTurn(
      tsc,
      () => biome('check', '.'),
      () => tool('knip/bin/knip.js'),
      () => vitest('--project', 'unit', 'test/tidy.test.ts'),
    ),
  bench: () => run(node, [join(root, 'bench', 'main.ts'), ...args]),
  biome: () => biome(...args),
}

const chosen = commands[command]
if (!chosen) {
  process.stderr.write(`usage: node bin/run.js ${Object.keys(commands).join(' | ')}\n`)
  process.exit(2)
}
process.exit(await chosen())
