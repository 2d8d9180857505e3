// A server whose sign-in is the snippet beside it: `/` leads to it, and tells in a header who is signed in.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { settings, signIn, signOut, signedIn } from './camdigikey.mjs'

const { HOST, PORT } = process.env
const callback = new URL(settings.redirectUri).pathname
const sessions = new Map()

function sessionOf(request, response) {
  const known = /sample=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
  if (sessions.has(known)) return sessions.get(known)
  const id = randomUUID()
  sessions.set(id, {})
  response.setHeader('Set-Cookie', `sample=${id}; Path=/; HttpOnly; SameSite=Lax`)
  return sessions.get(id)
}

const server = createServer(async (request, response) => {
  const session = sessionOf(request, response)
  const address = new URL(request.url, settings.redirectUri)
  const redirect = (to) => response.writeHead(302, { Location: to }).end()
  try {
    if (address.pathname === callback) {
      await signedIn(address.search, session)
      return redirect('/')
    }
    if (address.pathname === '/logout') return redirect(signOut(session))
    if (!session.person) return redirect(await signIn(session))
    response.writeHead(200, { 'X-Name': session.person.name }).end('signed in')
  } catch (error) {
    response.writeHead(500).end(String(error.cause ?? error))
  }
})
server.listen(Number(PORT), HOST, () => console.log('listening'))
