// A provider of identities configured as Pro Santé Connect is, as far as its documents tell: a confidential client,
// PKCE, acr eidas1, the national identifier in a claim of its own, a logout that the client begins.
// node provider.mjs FOLDER-OF-MODULES PORT CALLBACK DONE
import { pathToFileURL } from 'node:url';

const [modules, port, callback, done] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'cyberlib-host', client_secret: 'a secret of the host alone', application_type: 'web',
    redirect_uris: [callback], post_logout_redirect_uris: [done],
    grant_types: ['authorization_code'], response_types: ['code'],
  }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], scope_all: ['SubjectNameID', 'given_name', 'family_name'] },
  scopes: ['openid', 'scope_all'],
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
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
provider.listen(Number(port), '127.0.0.1', () => console.log('up'));
