#!/bin/bash
# InternalCA of an FMC, an ordinary openssl CA. Dates as openssl ca takes them: YYYYMMDDHHMMSSZ.
#   sfca new   CA_ROOT UUID FROM TO
#   sfca issue CA_ROOT UUID FOLDER FROM TO
set -euo pipefail
export LC_ALL=C
umask 077
what=$1 root=$2 uuid=$3
export CA_ROOT=$root
name() { printf '/title=%s/OU=Intrusion Management System/CN=%s/O=Sourcefire, Inc.' "$1" "$uuid"; }

case $what in
new)
  from=$4 to=$5
  mkdir -p "$root/private" "$root/newcerts"
  chmod 755 "$root"
  : > "$root/index.txt"
  echo 01 > "$root/serial"
  cat > "$root/openssl.cnf" <<CNF
[req]
distinguished_name = dn
string_mask = utf8only
[dn]
[ca]
default_ca = internal
[internal]
dir = \$ENV::CA_ROOT
database = \$dir/index.txt
new_certs_dir = \$dir/newcerts
serial = \$dir/serial
certificate = \$dir/cacert.pem
private_key = \$dir/private/cakey.pem
default_md = sha256
default_crl_days = 3650
policy = any
preserve = yes
unique_subject = no
email_in_dn = no
[any]
title = optional
organizationalUnitName = optional
commonName = supplied
organizationName = optional
[ca_ext]
basicConstraints = critical,CA:true
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[peer_ext]
basicConstraints = CA:false
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF
  openssl req -new -newkey rsa:2048 -nodes -sha256 -config "$root/openssl.cnf" -subj "$(name InternalCA)" -utf8 \
    -keyout "$root/private/cakey.pem.new" -out "$root/request.pem" 2> /dev/null
  openssl ca -batch -notext -selfsign -rand_serial -config "$root/openssl.cnf" -extensions ca_ext -keyfile "$root/private/cakey.pem.new" \
    -startdate "$from" -enddate "$to" -in "$root/request.pem" -out "$root/cacert.pem.new" 2> /dev/null
  chmod 644 "$root/cacert.pem.new"
  mv "$root/private/cakey.pem.new" "$root/private/cakey.pem"
  mv "$root/cacert.pem.new" "$root/cacert.pem"
  openssl ca -gencrl -config "$root/openssl.cnf" -out "$root/crl.pem" 2> /dev/null
  rm -f "$root/request.pem"
  ;;
issue)
  folder=$4 from=$5 to=$6
  mkdir -p "$folder"
  openssl req -new -newkey rsa:2048 -nodes -sha256 -config "$root/openssl.cnf" -subj "$(name sftunnel)" -utf8 \
    -keyout "$folder/sftunnel-key.pem" -out "$folder/request.pem" 2> /dev/null
  flock "$root" openssl ca -batch -notext -rand_serial -config "$root/openssl.cnf" -extensions peer_ext \
    -startdate "$from" -enddate "$to" -in "$folder/request.pem" -out "$folder/sftunnel-cert.pem" 2> /dev/null
  rm -f "$folder/request.pem"
  chmod 644 "$folder/sftunnel-cert.pem"
  ;;
esac
