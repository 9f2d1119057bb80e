"""Small BSB networks with links of every sort.   python make.py FOLDER   (needs h5py)"""
import h5py, numpy as np, os, sys
out=sys.argv[1]; os.makedirs(out, exist_ok=True)
os.chdir(out)
def net(f, chunks=("0","1")):
    f.attrs["bsb_version"]="8.0.2"; f.attrs["bsb_hdf5_version"]="8.0.2"
    f.attrs["chunk_size"]=np.array([100.,100.,100.])
    for t in ("src","tgt"):
        g=f.create_group("placement/"+t); g.attrs["chunks"]='{"0": 2, "1": 1}'; g.attrs["len"]=3
        for c,n in (("0",2),("1",1)):
            d=g.create_group(c); d["position"]=np.arange(3*n,dtype=float).reshape(n,3)+(100 if c=="1" else 0)*np.array([1,0,0])
    s=f.create_group("connectivity/src_to_tgt"); s.attrs["pre"]="src"; s.attrs["post"]="tgt"; s.attrs["len"]=2
    for h in ("inc","out"):
        c=s.create_group(h+"/0"); c["local_locs"]=np.array([[0,-1,-1],[1,-1,-1]]); c["global_locs"]=np.array([[1,-1,-1],[0,-1,-1]])
        c.attrs["chunk_list"]=np.array([[0,0,0]],dtype="i2"); c.attrs["0"]=0
with h5py.File("plain.hdf5","w") as f: net(f)
# the set is kept elsewhere and linked
def variant(name, link, libver=None, userblock=0, extra=None):
    kw={}
    if libver: kw["libver"]=libver
    if userblock: kw["userblock_size"]=userblock
    with h5py.File(name,"w",**kw) as f:
        net(f)
        if link: link(f)
def soft(f):
    f.move("connectivity/src_to_tgt","kept"); f["connectivity/src_to_tgt"]=h5py.SoftLink("/kept")
def soft_rel(f):
    f.move("connectivity/src_to_tgt","connectivity_kept/s"); f["connectivity"].attrs["x"]=1
    f["connectivity/other"]=h5py.SoftLink("/connectivity_kept"); f["connectivity/src_to_tgt"]=h5py.SoftLink("other/s"); del f["connectivity/other"]; f["connectivity_kept/chain"]=h5py.SoftLink("s")
    del f["connectivity/src_to_tgt"]; f["connectivity/src_to_tgt"]=h5py.SoftLink("/./connectivity_kept//chain")
def dangling(f): f["connectivity/lost"]=h5py.SoftLink("/nowhere/at/all")
def cycle(f):
    f["connectivity/a"]=h5py.SoftLink("b"); f["connectivity/b"]=h5py.SoftLink("/connectivity/a")
def hard(f): f["connectivity/again"]=f["connectivity/src_to_tgt"]
def external(f):
    with h5py.File("part.hdf5","w") as p: f.copy("connectivity/src_to_tgt", p, "deep/set")
    del f["connectivity/src_to_tgt"]; f["connectivity/src_to_tgt"]=h5py.ExternalLink("part.hdf5","/deep/set")
def ext_missing_file(f): f["connectivity/lost"]=h5py.ExternalLink("gone.hdf5","/x")
def ext_missing_obj(f): f["connectivity/lost"]=h5py.ExternalLink("part.hdf5","/x")
def ext_self(f):
    f.move("connectivity/src_to_tgt","kept"); f["connectivity/src_to_tgt"]=h5py.ExternalLink(os.path.basename(f.filename),"/kept")
def ext_cycle(f):
    f["connectivity/a"]=h5py.ExternalLink(os.path.basename(f.filename),"/connectivity/a")
def leaf(f):
    for t in ("placement/src/0",):
        f.move(t+"/position","positions0"); f[t+"/position"]=h5py.SoftLink("/positions0")
    with h5py.File("rows.hdf5","w") as p:
        f.copy("connectivity/src_to_tgt/inc/0/local_locs", p, "l"); p["m"]=h5py.SoftLink("l")
    del f["connectivity/src_to_tgt/inc/0/local_locs"]; f["connectivity/src_to_tgt/inc/0/local_locs"]=h5py.ExternalLink("rows.hdf5","m")
def top(f):
    f.move("connectivity","c2"); f["connectivity"]=h5py.SoftLink("c2"); f.move("placement","p2"); f["placement"]=h5py.SoftLink("/p2")
def user(f):
    # class 65 by hand: h5py cannot, so the bytes of an external link's class are changed later
    f["connectivity/ud"]=h5py.ExternalLink("UDMARKER","/x")
def virtual(f):
    with h5py.File("vsrc.hdf5","w") as p: p["p"]=f["placement/src/0/position"][()]
    v=h5py.VirtualLayout((2,3),dtype="f8"); v[:]=h5py.VirtualSource("vsrc.hdf5","p",shape=(2,3))
    del f["placement/src/0/position"]; f.create_virtual_dataset("placement/src/0/position",v)
def raw(f):
    f["placement/src/0/position"][()].tofile("pos.raw")
    del f["placement/src/0/position"]; f["placement/src/0"].create_dataset("position",shape=(2,3),dtype="f8",external=[("pos.raw",0,48)])
def unwritten(f):
    del f["placement/src/0/position"]; f["placement/src/0"].create_dataset("position",shape=(2,3),dtype="f8")
def types(f):
    d=f["placement/src/0"]; p=d["position"][()]; del d["position"]; d["position"]=p.astype(">i2")
    d=f["placement/src/1"]; p=d["position"][()]; del d["position"]; d["position"]=p.astype("f2")
    s=f["connectivity/src_to_tgt/inc/0"]; l=s["local_locs"][()]; del s["local_locs"]; s["local_locs"]=l.astype("f4")
    l=s["global_locs"][()]; del s["global_locs"]; s["global_locs"]=l.astype(">i8")
    s.attrs["0"]=np.array([0.0]); f["connectivity/src_to_tgt"].attrs["len"]=np.array([2],dtype="u1"); 
    f["connectivity/src_to_tgt"].attrs["pre"]=np.bytes_("src"); f["connectivity/src_to_tgt"].attrs["post"]=np.array(["tgt"],dtype=h5py.string_dtype())
    f.attrs["chunk_size"]=np.array([100,100,100])
for n,l in dict(soft=soft,soft_rel=soft_rel,dangling=dangling,cycle=cycle,hard=hard,external=external,ext_missing_file=ext_missing_file,ext_missing_obj=ext_missing_obj,ext_self=ext_self,ext_cycle=ext_cycle,leaf=leaf,top=top,user=user,virtual=virtual,raw=raw,unwritten=unwritten,types=types).items():
    for v in (None,"latest"):
        variant(n+("_new" if v else "")+".hdf5", l, v)
for u in (512,1024,4096): 
    variant(f"user_{u}.hdf5",None,userblock=u); variant(f"user_{u}_new.hdf5",soft,"latest",u)
# a block put in front later
b=open("plain.hdf5","rb").read(); open("jam.hdf5","wb").write(b"#"*2048+b)
for n in ("user","user_new"):
    b=open(n+".hdf5","rb").read(); i=b.find(b"UDMARKER")
    for j in range(i-1,max(0,i-80),-1):
        if b[j]==64: b=b[:j]+bytes([65])+b[j+1:]; break
    open(n+".hdf5","wb").write(b)
