// A partner in Node, with nothing but its standard library: a login and every call, for the version given.
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
})
const [prefix, names] = {
  v3: ['/api/v3.0/authentication/service-account/', {
    login: 'login-token', exchange: 'access-token', status: 'access-token/status', refresh: 'refresh-access-token',
    logout: 'access-token/logout', organization: 'organization-access-token', lookup: 'lookup',
    verify: 'lookup/user-profile', face: 'user-face',
  }],
  v2: ['/api/v2.0/oauth2/client-lib/', {
    login: 'login-token', exchange: 'access-token', status: 'status-access-token', refresh: 'refresh-access-token',
    logout: 'logout-access-token', organization: 'organization-access-token', lookup: 'user-lookup-profile',
    verify: 'verify-user-profile',
  }],
}[version]

function call(name, request) {
  const cipher = createCipheriv('aes-256-cbc', key('aes_secret_key'), key('aes_iv_params'))
  const params = cipher.update(JSON.stringify(request), 'utf8', 'base64') + cipher.final('base64')
  const signature = createHmac('sha512', key('hmac_key')).update(`${partner.client_id}.${params}`).digest('base64')
  const body = JSON.stringify({ clientId: partner.client_id, params, signature })
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { 'Content-Type': 'application/json' } }
    const sent = https.request(partner.base_url + prefix + names[name], options, (answer) => {
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
const account = { clientId, domain }
const dated = { ...account, requestedDate: Date.now() }
const login = await call('login', { ...dated, ...(version === 'v3' ? { callbackVars: null } : {}) })
const approved = await fetch(login.data.loginUrl, { redirect: 'manual' })
const authToken = new URL(approved.headers.get('location')).searchParams.get('authToken')
const exchange = await call('exchange', { clientId, authToken })
const again = await call('exchange', { clientId, authToken })
const status = await call('status', { clientId, accessToken: exchange.data.accessToken })
const refresh = await call('refresh', { clientId, accessToken: exchange.data.accessToken })
const { accessToken } = refresh.data
const face = names.face ? await call('face', { clientId, accessToken }) : null
const organization = await call('organization', dated)
const personalCode = status.data.personal_code
const lookup = await call('lookup', { ...account, accessToken: organization.data.accessToken, personalCode })
const verify = await call('verify', { ...account, accountToken: lookup.data.account_token })
const logout = await call('logout', { clientId, accessToken })
const after = await call('status', { clientId, accessToken })
console.log(JSON.stringify({ again, status, refresh, face, organization, lookup, verify, logout, after }))
agent.destroy()
