"""Fetches and verifies a scanned copy, or uploads a document of a result.

    python documents.py fetch <copy> <copySha256> <file to write>
    python documents.py upload <delivery> <file to read>          prints the ID for result.documents

CUPS_URL is the address of the platform as you received it, CUPS_AGENCY your code, CUPS_KEY_FILE your private key (PEM,
Ed25519; the guide lists the other types) and CUPS_KEY_ID its kid. Needs the package cryptography.
"""

import base64, hashlib, json, os, re, sys, time, urllib.parse, urllib.request, uuid
from cryptography.hazmat.primitives.serialization import load_pem_private_key

PLATFORM, AGENCY = os.environ["CUPS_URL"], os.environ["CUPS_AGENCY"]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead the token elsewhere."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def encode(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def get_token():
    """Signs a new assertion (private_key_jwt) and returns a token for at most 5 minutes."""
    with open(os.environ["CUPS_KEY_FILE"], "rb") as file:
        key = load_pem_private_key(file.read(), password=None)
    address, now = PLATFORM + "/agency/v1/token", int(time.time())
    claims = {"iss": AGENCY, "sub": AGENCY, "aud": address, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
    signed = encode({"alg": "EdDSA", "kid": os.environ["CUPS_KEY_ID"]}) + "." + encode(claims)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed + "." + encode(key.sign(signed.encode())),
    }
    with OPENER.open(address, urllib.parse.urlencode(form).encode()) as response:
        return json.load(response)["access_token"]


def request(path, data=None, headers=()):
    """Sends a request with a token. 429 and 503 say how long to wait; a real system repeats then."""
    headers = dict(headers, Authorization="Bearer " + get_token())
    return OPENER.open(urllib.request.Request(PLATFORM + path, data, headers))


def fetch(copy, sha256, file):
    # Only a path of the contract: a token never goes to an address from a message.
    if not re.fullmatch(r"/agency/v1/documents/[0-9A-Z]{26}", copy):
        sys.exit("copy is not a path of the agency API")
    with request(copy) as response:
        content = response.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit("the digest differs: do not decide on this copy")
    with open(file, "wb") as target:
        target.write(content)


def upload(delivery, file):
    with open(file, "rb") as source:
        content = source.read()
    digest = hashlib.sha256(content).digest()
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Digest": "sha-256=:" + base64.b64encode(digest).decode() + ":",
        # The same for a repeat: derived from the delivery and the content.
        "Idempotency-Key": str(uuid.uuid5(uuid.NAMESPACE_URL, delivery + digest.hex())),
    }
    with request(f"/agency/v1/deliveries/{delivery}/documents", content, headers) as response:
        print(json.load(response)["id"])


if __name__ == "__main__":
    {"fetch": fetch, "upload": upload}[sys.argv[1]](*sys.argv[2:])
