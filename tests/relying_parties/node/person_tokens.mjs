// oauth4webapi with a person's tokens, given as they are: asks what each is worth, gives the refresh token back.
import * as oauth from 'oauth4webapi'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ACCESS_TOKEN, REFRESH_TOKEN } = process.env
const issuer = new URL(ISSUER)
const plain = { [oauth.allowInsecureRequests]: true } // loopback alone
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain))
const client = { client_id: CLIENT_ID }
const proof = oauth.ClientSecretPost(CLIENT_SECRET)

async function introspected(token) {
  const response = await oauth.introspectionRequest(server, client, proof, token, plain)
  return oauth.processIntrospectionResponse(server, client, response)
}

const access = await introspected(ACCESS_TOKEN)
const refresh = await introspected(REFRESH_TOKEN)
const hint = { ...plain, additionalParameters: { token_type_hint: 'refresh_token' } }
await oauth.processRevocationResponse(
  await oauth.revocationRequest(server, client, proof, REFRESH_TOKEN, hint),
)
const after = [await introspected(ACCESS_TOKEN), await introspected(REFRESH_TOKEN)]
console.log(JSON.stringify({ access, refresh, after }))
process.exit(0)
