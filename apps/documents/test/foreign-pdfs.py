"""Writes PDFs of several producers, each also signed by pyHanko in two ways, into a folder.

Usage: foreign-pdfs.py <folder>. The signer is synthetic.
"""

import datetime
import io
import pathlib
import sys

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from fpdf import FPDF
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

FOLDER = pathlib.Path(sys.argv[1])
TEXT = "Extras sintetic, fara valoare (paranteze) \\ si bara"


def reportlab_pages(compression: int) -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, pageCompression=compression)
    for _ in range(3):
        for row in range(40):
            page.drawString(50, 800 - row * 18, TEXT)
        page.rect(40, 40, 300, 200)
        page.showPage()
    page.save()
    return out.getvalue()


def reportlab_form() -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    page.acroForm.textfield(name="nume", x=50, y=100, width=200, height=20)
    page.acroForm.checkbox(name="acord", x=300, y=100)
    page.linkURL("https://example.md", (50, 50, 200, 70))
    page.bookmarkPage("inceput")
    page.addOutlineEntry("Inceput", "inceput")
    page.showPage()
    page.save()
    return out.getvalue()


def fpdf_page() -> bytes:
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=12)
    page.multi_cell(0, 8, f"{TEXT} " * 100)
    return bytes(page.output())


def rewritten(pdf: bytes, **options: object) -> bytes:
    """Returns the PDF as QPDF writes it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, **options)
    return out.getvalue()


def create_signer() -> signers.SimpleSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Semnatar sintetic")])
    start = datetime.datetime(2026, 1, 1)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .add_extension(usage, True)
        .sign(key, hashes.SHA256())
    )
    key_file, certificate_file = FOLDER / "key.pem", FOLDER / "certificate.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return signers.SimpleSigner.load(str(key_file), str(certificate_file))


def sign(pdf: bytes, signer: signers.SimpleSigner, *, visible: bool) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    if visible:
        fields.append_signature_field(writer, fields.SigFieldSpec("Semnatura", box=(100, 100, 300, 160)))
    kind = fields.SigSeedSubFilter.PADES if visible else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    meta = signers.PdfSignatureMetadata(
        field_name="Semnatura", md_algorithm="sha256", subfilter=kind, certify=visible
    )
    return signers.sign_pdf(writer, meta, signer).getvalue()


def main() -> None:
    originals = {
        "reportlab": reportlab_pages(1),
        "reportlab-plain": reportlab_pages(0),
        "reportlab-form": reportlab_form(),
        "fpdf2": fpdf_page(),
    }
    variants = {
        "objects": {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "recompress_flate": True},
        "linear": {"linearize": True},
        "decoded": {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.all},
    }
    files = dict(originals)
    for name, pdf in originals.items():
        for variant, options in variants.items():
            files[f"{name}-{variant}"] = rewritten(pdf, **options)
    signer = create_signer()
    for name, pdf in files.items():
        (FOLDER / f"{name}.pdf").write_bytes(pdf)
        (FOLDER / f"{name}-pkcs7.pdf").write_bytes(sign(pdf, signer, visible=False))
        (FOLDER / f"{name}-pades.pdf").write_bytes(sign(pdf, signer, visible=True))


main()
