package cups.former;

/** The files of the former store lack or distort data. The message names the file. */
final class Damage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Damage(String message) {
        super(message);
    }
}
