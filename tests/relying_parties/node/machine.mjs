// openid-client acts for itself: gets a token, asks what it is worth, gives it back, asks again.
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests],
})
const tokens = await client.clientCredentialsGrant(config, { scope: 'registry.read' })
const before = await client.tokenIntrospection(config, tokens.access_token)
const userinfo = await client
  .fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)
  .catch((error) => error.cause?.[0]?.parameters ?? { error: String(error) })
await client.tokenRevocation(config, tokens.access_token)
const after = await client.tokenIntrospection(config, tokens.access_token)
console.log(JSON.stringify({ tokens, before, userinfo, after }))
process.exit(0)
