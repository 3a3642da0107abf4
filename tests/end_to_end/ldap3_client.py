"""A second LDAP client, with a BER library of its own (python3-ldap3): prints what the server's directory shows.

ldap3_client.py PORT KEY CERTIFICATE: binds with the key after StartTLS, reads the schema, pages through everybody,
searches as phones do, and abandons a search.
"""

import ssl
import sys

import ldap3

port, key, certificate = int(sys.argv[1]), sys.argv[2], sys.argv[3]
tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=certificate, version=ssl.PROTOCOL_TLS_CLIENT)
server = ldap3.Server("localhost", port=port, get_info=ldap3.ALL, tls=tls)
connection = ldap3.Connection(server, user="cn=phone,dc=ringdex", password=key, auto_bind=ldap3.AUTO_BIND_TLS_BEFORE_BIND)
print("versions", ",".join(str(version) for version in server.info.supported_ldap_versions))
print("classes", ",".join(sorted(server.schema.object_classes)))
print("whoami", connection.extend.standard.who_am_i())

names = []
for entry in connection.extend.standard.paged_search(
    "dc=ringdex", "(objectClass=*)", attributes=["cn"], paged_size=2, generator=False
):
    names.append(entry["attributes"]["cn"][0])
print("paged", "|".join(sorted(names)))

connection.search("dc=ringdex", "(&(telephoneNumber=*)(sn=M*))", attributes=["cn", "telephoneNumber"], size_limit=50)
print("phones", "|".join(sorted(str(entry.cn) for entry in connection.entries)))
connection.search("dc=ringdex", "(cn=*itlo*)", attributes=ldap3.ALL_ATTRIBUTES)
print("contains", "|".join(str(entry.cn) for entry in connection.entries))
entry = connection.entries[0]
print("attributes", ",".join(sorted(entry.entry_attributes)))
connection.search(entry.entry_dn, "(objectClass=*)", search_scope=ldap3.BASE, attributes=["mail"])
print("read", connection.entries[0].mail)
print("unbound", connection.unbind())
