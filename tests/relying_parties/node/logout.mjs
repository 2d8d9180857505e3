// A relying party that hears of logouts: openid-client finds the provider, jose checks each token
// (Back-Channel Logout §2.6). Prints a line when it listens, then a line for each request.
import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests],
})
const provider = config.serverMetadata()
const keys = createRemoteJWKSet(new URL(provider.jwks_uri))
const event = 'http://schemas.openid.net/event/backchannel-logout'
const seen = new Set()

function check(good, step) {
  if (!good) throw new Error(step)
}

async function verified(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer: provider.issuer,
    audience: CLIENT_ID,
    typ: 'logout+jwt',
    algorithms: ['RS256'],
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
    maxTokenAge: '2 minutes',
  })
  check(payload.sub !== undefined || payload.sid !== undefined, 'step 5')
  check(typeof payload.events[event] === 'object', 'step 6')
  check(!('nonce' in payload), 'step 7')
  check(!seen.has(payload.jti), 'step 8')
  seen.add(payload.jti)
  return payload
}

async function body(request) {
  let text = ''
  for await (const piece of request) text += piece
  return new URLSearchParams(text)
}

const server = createServer(async (request, response) => {
  response.setHeader('Cache-Control', 'no-store')
  try {
    check(request.method === 'POST', '§2.5')
    console.log(JSON.stringify(await verified((await body(request)).get('logout_token'))))
    response.writeHead(200).end()
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }))
    response.writeHead(400).end()
  }
})
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(
    JSON.stringify({
      supported: provider.backchannel_logout_supported,
      with_sid: provider.backchannel_logout_session_supported,
    }),
  ),
)
