// A provider of identities configured as Pro Santé Connect is, as far as its documents tell: a confidential client,
// PKCE, acr eidas1, the national identifier in a claim of its own, a logout that the client begins.
// node provider.mjs FOLDER-OF-MODULES PORT CALLBACK DONE
import { pathToFileURL } from 'node:url';

const [modules, port, callback, done] = process.argv.slice(2);
const { default: Provider, errors } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const telephones = new Map(); // what is asked there
let slow = 0; // so many looks are answered by "slow_down", which this provider never says by itself
const looks = [];
const revoked = [];
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'cyberlib-host', client_secret: 'a secret of the host alone', application_type: 'web',
    redirect_uris: [callback], post_logout_redirect_uris: [done],
    grant_types: ['authorization_code', 'urn:openid:params:grant-type:ciba'], backchannel_token_delivery_mode: 'poll', response_types: ['code'],
  }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], scope_all: ['SubjectNameID', 'given_name', 'family_name'] },
  scopes: ['openid', 'scope_all'],
  features: {
    devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true }, revocation: { enabled: true },
    ciba: {
      enabled: true, deliveryModes: ['poll'],
      processLoginHint: async (ctx, hint) => (hint.startsWith('000') ? undefined : hint),
      validateBindingMessage: async (ctx, message) => {
        if (!/^\d\d$/.test(message ?? '')) throw new errors.InvalidBindingMessage('two digits');
      },
      validateRequestContext: async () => {}, verifyUserCode: async () => {},
      triggerAuthenticationDevice: async (ctx, request, account) => {
        telephones.set(request.jti, {
          id: request.jti, message: request.params.binding_message, acr: request.params.acr_values, who: account.accountId,
        });
      },
    },
  },
  acrValues: ['eidas1', 'eidas0'],
  cookies: { keys: ['for tests'] },
  // Who logs in as "weak-…" does so by less than a card.
  findAccount: async (ctx, id) => {
    if (ctx.oidc.session) ctx.oidc.session.acr = id.startsWith('weak-') ? 'eidas0' : 'eidas1';
    const number = id.replace('weak-', '');
    return {
      accountId: id,
      claims: async () => ({ sub: id, SubjectNameID: number, given_name: 'Éloïse', family_name: 'Médecin' }),
    };
  },
});
provider.on('access_token.destroyed', (token) => revoked.push(token.jti));
provider.use(async (ctx, next) => {
  if (ctx.path === '/telephone') {
    const { id, say, acr, slower } = ctx.query;
    if (slower) slow = Number(slower);
    if (say === 'yes') {
      const grant = new provider.Grant({ clientId: 'cyberlib-host', accountId: telephones.get(id).who });
      grant.addOIDCScope('openid scope_all');
      await provider.backchannelResult(id, await grant.save(), { acr });
    } else if (say === 'no') {
      await provider.backchannelResult(id, new errors.AccessDenied());
    }
    ctx.body = { asked: [...telephones.values()], looks: looks.length, revoked: revoked.length };
    return;
  }
  await next();
  if (ctx.path === '/backchannel' && ctx.status === 200) ctx.body = { ...ctx.body, interval: 1 };
  if (ctx.path === '/token' && ctx.oidc?.params?.auth_req_id) {
    looks.push(Date.now());
    if (slow > 0 && ctx.status === 400) { slow -= 1; ctx.body = { error: 'slow_down' }; }
  }
});
provider.listen(Number(port), '127.0.0.1', () => console.log('up'));
