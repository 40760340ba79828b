"""Words for the line to a host: certificates, proxies, rates, hours."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "host_link_unsafe": Text(
        "L’hébergeur {at} envoie vers une adresse à laquelle rien ne doit être confié.",
        "Rien n’y est allé. C’est un défaut de l’hébergeur, ou pire : prévenez son assistance.",
        "The host {at} sends us to an address that nothing must be entrusted to.",
        "Nothing went there. This is a fault of the host, or worse: tell its support.",
    ),
    "host_certificate": Text(
        "Le certificat de {at} n’est pas en règle[ : {reason}] ; rien n’a été envoyé.",
        "cyberlib network check montre qui l’a émis ; donnez-le à l’assistance de l’hébergeur.",
        "The certificate of {at} is not in order[: {reason}]; nothing was sent.",
        "cyberlib network check shows who issued it; tell the host’s support.",
    ),
    "host_certificate_expired": Text(
        "Le certificat de {at} a expiré ; rien n’a été envoyé.",
        "Vérifiez la date et l’heure du poste. Si elles sont justes, prévenez l’hébergeur : c’est à lui de le"
        " renouveler.",
        "The certificate of {at} has expired; nothing was sent.",
        "Check the date and time of this machine’s clock. If they are right, tell the host: it has to"
        " renew it.",
    ),
    "host_certificate_early": Text(
        "Le certificat de {at} n’est pas encore valable ; rien n’a été envoyé.",
        "L’horloge du poste retarde sans doute : mettez-la à l’heure, puis relancez.",
        "The certificate of {at} is not valid yet; nothing was sent.",
        "This machine’s clock is probably slow: set it, then run again.",
    ),
    "host_certificate_name": Text(
        "Le certificat présenté est celui d’un autre nom que {at} ; rien n’a été envoyé.",
        "Vérifiez l’adresse ; un portail d’accès à Internet répond peut-être à la place de l’hébergeur.",
        "The certificate that is shown is of another name than {at}; nothing was sent.",
        "Check the address; a portal for Internet access may be answering in the host’s place.",
    ),
    "host_certificate_revoked": Text(
        "Le certificat de {at} a été révoqué ; rien n’a été envoyé.",
        "N’essayez pas autrement : prévenez l’hébergeur.",
        "The certificate of {at} was revoked; nothing was sent.",
        "Do not try another way: tell the host.",
    ),
    "host_certificate_unknown": Text(
        "Ce poste ne connaît pas qui a émis le certificat de {at} ; rien n’a été envoyé.",
        "cyberlib network check montre l’émetteur. Si c’est l’antivirus ou le filtre du réseau, qui regardent"
        " ce qui passe, ou l’hébergeur lui-même, demandez son certificat à qui s’en occupe : cyberlib network"
        " ca FICHIER (ou --ca FICHIER avec device enrol). Sinon, n’insistez pas.",
        "This machine does not know who issued the certificate of {at}; nothing was sent.",
        "cyberlib network check shows the issuer. If it is the antivirus or the network’s filter, which look"
        " at what passes, or the host itself, ask whoever runs it for its certificate: cyberlib network ca"
        " FILE (or --ca FILE with device enrol). If not, do not insist.",
    ),
    "host_tls": Text(
        "{at} n’a pas pu convenir avec ce poste d’un chiffrement sûr[ : {reason}] ; rien n’a été envoyé.",
        "Il faut TLS 1.2 au moins. Un vieil équipement du réseau, ou une autre page web, répond peut-être à"
        " la place de l’hébergeur.",
        "{at} and this machine could not agree on safe encryption[: {reason}]; nothing was sent.",
        "It takes TLS 1.2 at least. An old device of the network, or some other web page, may be answering in"
        " the host’s place.",
    ),
    "host_page": Text(
        "Une page web ({status}) a répondu à la place de l’hébergeur {at}.",
        "Un portail d’accès à Internet, un proxy ou un filtre la montre : ouvrez un navigateur pour la lire,"
        " ou demandez à qui s’occupe du réseau de laisser passer {at}.",
        "A web page ({status}) answered in the place of the host {at}.",
        "A portal for Internet access, a proxy or a filter shows it: open a browser to read it, or ask"
        " whoever runs the network to let {at} through.",
    ),
    "host_name_unknown": Text(
        "Le nom de l’hébergeur {at} n’a pas d’adresse.",
        "Vérifiez l’orthographe et la connexion à Internet ; derrière un proxy : cyberlib network proxy.",
        "The name of the host {at} has no address.",
        "Check the spelling and the Internet connection; behind a proxy: cyberlib network proxy.",
    ),
    "proxy_unreachable": Text(
        "Le proxy {proxy} ne répond pas[ : {reason}].",
        "Vérifiez son adresse (cyberlib network show) et qu’il fonctionne ; sans proxy : cyberlib network"
        " proxy none.",
        "The proxy {proxy} does not answer[: {reason}].",
        "Check its address (cyberlib network show) and that it runs; without a proxy: cyberlib network proxy"
        " none.",
    ),
    "proxy_login_needed": Text(
        "Le proxy {proxy} demande un nom et un mot de passe.",
        "Donnez-les : cyberlib network proxy {proxy} --user NOM. Un proxy qui veut Kerberos ou NTLM ne"
        " convient pas : demandez une exception pour l’hébergeur.",
        "The proxy {proxy} asks for a name and a password.",
        "Give them: cyberlib network proxy {proxy} --user NAME. A proxy that wants Kerberos or NTLM does not"
        " do: ask for an exception for the host.",
    ),
    "proxy_login_refused": Text(
        "Le proxy {proxy} refuse le nom ou le mot de passe gardés sur ce poste.",
        "Redonnez-les : cyberlib network proxy {proxy} --user NOM.",
        "The proxy {proxy} refuses the name or password kept on this machine.",
        "Give them again: cyberlib network proxy {proxy} --user NAME.",
    ),
    "proxy_refuses": Text(
        "Le proxy {proxy} refuse de mener à {at} ({status}).",
        "Demandez à qui s’occupe du réseau de le permettre.",
        "The proxy {proxy} refuses to lead to {at} ({status}).",
        "Ask whoever runs the network to allow it.",
    ),
    "proxy_cannot": Text(
        "Le proxy {proxy} n’arrive pas à joindre {at} ({status}).",
        "Relancez dans quelques minutes ; si cela dure, voyez qui s’occupe du réseau.",
        "The proxy {proxy} cannot reach {at} ({status}).",
        "Run again in a few minutes; if it goes on, ask whoever runs the network.",
    ),
    "proxy_page": Text(
        "Le proxy {proxy} répond lui-même au lieu de mener à {at}.",
        "Il montre sans doute une page (accord à donner, site refusé) : ouvrez un navigateur pour la lire, ou"
        " demandez à qui s’occupe du réseau de laisser passer {at}.",
        "The proxy {proxy} answers by itself instead of leading to {at}.",
        "It probably shows a page (to agree to, or a refusal): open a browser to read it, or ask whoever runs"
        " the network to let {at} through.",
    ),
    "proxy_address": Text(
        "L’adresse du proxy, dans les réglages ou le système, n’en est pas une.",
        "Elle s’écrit http://nom:port (ou https://) ; cyberlib network proxy ADRESSE, system ou none.",
        "The address of the proxy, in the settings or the system, is none.",
        "It is written http://name:port (or https://); cyberlib network proxy ADDRESS, system or none.",
    ),
    "proxy_password_here": Text(
        "Un nom ou un mot de passe ne va pas dans l’adresse du proxy {proxy} : elle est gardée en clair.",
        "Tapez cyberlib network proxy {proxy} --user NOM : le mot de passe sera demandé.",
        "A name or password does not go into the address of the proxy {proxy}: it is kept in clear.",
        "Type cyberlib network proxy {proxy} --user NAME: the password is asked for.",
    ),
    "proxy_password_needed": Text(
        "Il manque le mot de passe pour le proxy.",
        "Sans terminal, donnez-le par --password-file FICHIER.",
        "The password for the proxy is missing.",
        "Without a terminal, give it by --password-file FILE.",
    ),
    "proxy_for_whom": Text(
        "Aucun proxy ne prendrait ce nom : ni les réglages ni le système n’en donnent.",
        "Donnez son adresse : cyberlib network proxy http://nom:port --user NOM.",
        "No proxy would take this name: neither the settings nor the system have one.",
        "Give its address: cyberlib network proxy http://name:port --user NAME.",
    ),
    "proxy_user_unfit": Text(
        "Un nom pour un proxy ne contient pas de deux-points.",
        "Donnez le nom seul ; le mot de passe est demandé ensuite.",
        "A name for a proxy holds no colon.",
        "Give the name alone; the password is asked for next.",
    ),
    "bad_rate": Text(
        "« {text} » n’est pas un débit.",
        'Écrivez par exemple "2 Mbit/s", "500 kbit/s" ou "250 ko/s", 16 kbit/s au moins ; none : sans'
        " limite.",
        "“{text}” is no rate.",
        'Write "2 Mbit/s", "500 kbit/s" or "250 kB/s", 16 kbit/s at least; none: no limit.',
    ),
    "bad_hours": Text(
        "« {text} » ne dit pas des heures.",
        'Écrivez par exemple : cyberlib network hours lun-ven 08:00-19:00 --upload "500 kbit/s".',
        "“{text}” are no hours.",
        'Write for example: cyberlib network hours mon-fri 08:00-19:00 --upload "500 kbit/s".',
    ),
    "bad_times": Text(
        "« {text} » ne dit pas des heures.",
        "Écrivez par exemple : cyberlib schedule set --times 12:30,19:00 (48 au plus) ; none : aucune.",
        "“{text}” are no times.",
        "Write for example: cyberlib schedule set --times 12:30,19:00 (48 at most); none: no times.",
    ),
    "bad_days": Text(
        "« {text} » ne dit pas des jours.",
        "Écrivez par exemple lun-ven, ou sam,dim.",
        "“{text}” are no days.",
        "Write for example mon-fri, or sat,sun.",
    ),
    "bad_every": Text(
        "« {text} » n’est pas un intervalle entre sauvegardes.",
        'Écrivez par exemple "4 h" ou "30 min", de 5 min à 31 j ; none : jamais ainsi. À une heure fixe :'
        " --times 18:30.",
        "“{text}” is no interval between backups.",
        'Write for example "4 h" or "30 min", from 5 min to 31 d; none: never so. At a fixed time:'
        " --times 18:30.",
    ),
    "bad_quiet": Text(
        "« {text} » n’est pas une attente possible.",
        'Écrivez par exemple "60 s" (--quiet, de 5 s à 1 h) ou "10 min" (--longest, de 5 s à 1 j).',
        "“{text}” is no time to wait.",
        'Write for example "60 s" (--quiet, from 5 s to 1 h) or "10 min" (--longest, from 5 s to 1 d).',
    ),
    "bad_run_hours": Text(
        "« {text} » ne dit pas une plage d’heures.",
        'Écrivez par exemple "lun-ven 08:00-20:00" ; none : à toute heure.',
        "“{text}” is no span of hours.",
        'Write for example "mon-fri 08:00-20:00"; none: at all hours.',
    ),
    "bad_battery": Text(
        "« {text} » n’est pas une charge de batterie.",
        "Écrivez yes, no, ou un pourcentage à partir duquel sauvegarder, par exemple 20%.",
        "“{text}” is no charge of a battery.",
        "Write yes, no, or the percentage from which to back up, such as 20%.",
    ),
    "hours_unknown": Text(
        "Les réglages n’ont pas ces heures : {text}.",
        "cyberlib network show les liste.",
        "The settings do not have these hours: {text}.",
        "cyberlib network show lists them.",
    ),
    "clock_wrong": Text(
        "L’horloge de ce poste et celle de {at} diffèrent de {minutes} minutes.",
        "Mettez ce poste à l’heure : les dates des versions et les certificats en dépendent.",
        "The clocks of this machine and of {at} differ by {minutes} minutes.",
        "Set this machine’s clock: the dates of snapshots and certificates depend on it.",
    ),
}
