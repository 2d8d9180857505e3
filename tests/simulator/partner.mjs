// A partner in Node, with nothing but its standard library: one login, for the version given.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { dirname, join } from 'node:path'

const [file, version] = process.argv.slice(2)
const partner = JSON.parse(readFileSync(file))
const key = (name) => Buffer.from(partner[name], 'base64')
const agent = new https.Agent({
  keepAlive: true,
  pfx: readFileSync(join(dirname(file), partner.keystore)),
  passphrase: partner.store_password,
  ca: process.env.AUTHORITY,
})
const paths = {
  v3: ['/api/v3.0/authentication/service-account/', 'login-token', 'access-token', 'access-token/status'],
  v2: ['/api/v2.0/oauth2/client-lib/', 'login-token', 'access-token', 'status-access-token'],
}[version]

function call(path, request) {
  const cipher = createCipheriv('aes-256-cbc', key('aes_secret_key'), key('aes_iv_params'))
  const params = cipher.update(JSON.stringify(request), 'utf8', 'base64') + cipher.final('base64')
  const signature = createHmac('sha512', key('hmac_key')).update(`${partner.client_id}.${params}`).digest('base64')
  const body = JSON.stringify({ clientId: partner.client_id, params, signature })
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { 'Content-Type': 'application/json' } }
    const sent = https.request(partner.base_url + paths[0] + path, options, (answer) => {
      const pieces = []
      answer.on('data', (piece) => pieces.push(piece))
      answer.on('end', () => resolve(opened(JSON.parse(Buffer.concat(pieces)))))
    })
    sent.on('error', reject)
    sent.write(body.slice(0, 20)) // in two chunks, without a Content-Length
    sent.end(body.slice(20))
  })
}

function opened({ data, signature }) {
  const sealed = Buffer.from(data, 'base64')
  if (createHmac('sha512', key('hmac_key')).update(sealed).digest('base64') !== signature) throw new Error('MAC')
  const decipher = createDecipheriv('aes-256-cbc', key('aes_secret_key'), key('aes_iv_params'))
  return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8'))
}

const { client_id: clientId, domain } = partner
const callbackVars = version === 'v3' ? { callbackVars: null } : {}
const login = await call(paths[1], { clientId, domain, requestedDate: Date.now(), ...callbackVars })
const approved = await fetch(login.data.loginUrl, { redirect: 'manual' })
const authToken = new URL(approved.headers.get('location')).searchParams.get('authToken')
const exchanged = await call(paths[2], { clientId, authToken })
const status = await call(paths[3], { clientId, accessToken: exchanged.data.accessToken })
const again = await call(paths[2], { clientId, authToken })
console.log(JSON.stringify({ status, again }))
agent.destroy()
