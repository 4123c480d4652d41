/** Where the demo is shown. */
import { liveView, type Picture, plainLine } from './view.ts'

export interface Screen {
  /** How often it wants a picture. */
  readonly everyMs: number
  show(picture: Picture): void
  /** Something happened that is worth a line where lines stay. */
  note(text: string): void
  /** Gives the terminal back as it was. */
  close(): void
}

const ALTERNATE_SCREEN = '\x1b[?1049h\x1b[?25l\x1b[2J'
const BACK = '\x1b[?25h\x1b[?1049l'

/** A terminal's second screen, drawn again in place, so that nothing scrolls and nothing of it stays behind. */
function liveScreen(out: NodeJS.WriteStream): Screen {
  let open = false
  const close = () => {
    if (open) out.write(BACK)
    open = false
    process.off('exit', close)
  }
  return {
    everyMs: 250,
    show(picture) {
      if (!open) {
        open = true
        process.on('exit', close)
        out.write(ALTERNATE_SCREEN)
      }
      const lines = liveView(picture).slice(0, Math.max(1, out.rows - 1))
      // Autowrap is off meanwhile: a narrow window cuts lines instead of breaking the picture.
      out.write(`\x1b[?7l\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J\x1b[?7h`)
    },
    note() {},
    close,
  }
}

function plainScreen(out: NodeJS.WritableStream): Screen {
  return {
    everyMs: 1000,
    show: (picture) => void out.write(`${plainLine(picture)}\n`),
    note: (text) => void out.write(`${text}\n`),
    close() {},
  }
}

export const openScreen = (out: NodeJS.WriteStream): Screen =>
  out.isTTY && process.env.TERM !== 'dumb' ? liveScreen(out) : plainScreen(out)
