#!/bin/sh
# Make an authority, one certificate for scheduler, workers and `aelab`, and what tells Dask of them, in the folder $1.
set -eu
cd "$1"
if [ -s dask.yaml ]; then exit 0; fi
umask 077
openssl req -x509 -newkey rsa:3072 -nodes -days 90 -subj /CN=lab-authority -keyout ca-key.pem -out ca.pem
openssl req -newkey rsa:3072 -nodes -subj /CN=lab -keyout key.pem -out request.pem
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 90 -out cert.pem
rm ca-key.pem request.pem  # nobody else gets a certificate of this authority
pair="{cert: $PWD/cert.pem, key: $PWD/key.pem}"
cat > dask.yaml <<END
distributed:
  comm:
    require-encryption: true
    default-scheme: tls
    tls: {ca-file: $PWD/ca.pem, scheduler: $pair, worker: $pair, client: $pair}
END
